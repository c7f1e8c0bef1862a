import com.helger.diagnostics.error.level.EErrorLevel;
import com.helger.io.resource.FileSystemResource;
import com.helger.phive.api.execute.ValidationExecutionManager;
import com.helger.phive.api.executorset.ValidationExecutorSetRegistry;
import com.helger.phive.api.validity.IValidityDeterminator;
import com.helger.phive.peppol.PeppolValidation;
import com.helger.phive.peppol.PeppolValidation2026_05;
import com.helger.phive.xml.source.IValidationSourceXML;
import com.helger.phive.xml.source.ValidationSourceXML;
import java.io.File;
import java.util.Locale;

/** Prints, separated by tabs, each rule set that a file was checked against and each rule that it breaks. */
class PeppolRules {
  public static void main(String[] files) {
    var registry = new ValidationExecutorSetRegistry<IValidationSourceXML>();
    PeppolValidation.initStandard(registry);
    var invoices = registry.getOfID(PeppolValidation2026_05.VID_OPENPEPPOL_INVOICE_UBL_V3);
    var creditNotes = registry.getOfID(PeppolValidation2026_05.VID_OPENPEPPOL_CREDIT_NOTE_UBL_V3);
    for (String file : files) {
      var rules = file.endsWith("credit.xml") ? creditNotes : invoices;
      var source = ValidationSourceXML.create(new FileSystemResource(new File(file)));
      for (var result : ValidationExecutionManager.executeValidation(
          IValidityDeterminator.createDefault(), rules, source, Locale.ROOT)) {
        line("checked", file, result.getValidationArtefact().getRuleResourcePath());
        for (var fault : result.getErrorList())
          if (fault.getErrorLevel().isGE(EErrorLevel.WARN))
            line("broken", file, fault.getErrorID() + ": " + fault.getErrorText(Locale.ROOT).replaceAll("\\s+", " "));
      }
    }
  }

  private static void line(String kind, String file, String text) {
    System.out.println(kind + "\t" + file + "\t" + text);
  }
}
